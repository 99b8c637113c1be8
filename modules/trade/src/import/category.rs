//! Recognising the category of a product (商品类别) from its name or from what a report calls it.

use sh_files::fold::fold_text;

use crate::axes::Category;

/// Words and the category they point to. The longest word that stands in a name decides, the later one in the name on
/// a tie: 苹果干 is dried, 红薯粉条 processed, 茶油 oil.
const WORDS: &[(&str, Category)] = &[
    // What reports call the categories themselves.
    ("粮油", Category::Grain),
    ("粮食", Category::Grain),
    ("蔬菜", Category::Vegetables),
    ("菌菇", Category::Vegetables),
    ("食用菌", Category::Vegetables),
    ("水果", Category::Fruit),
    ("肉禽蛋", Category::Meat),
    ("肉类", Category::Meat),
    ("畜禽", Category::Meat),
    ("禽蛋", Category::Meat),
    ("水产", Category::Aquatic),
    ("茶叶", Category::Tea),
    ("干货", Category::Dried),
    ("药材", Category::Dried),
    ("加工食品", Category::Processed),
    ("休闲食品", Category::Processed),
    // Grain and oil.
    ("大米", Category::Grain),
    ("米", Category::Grain),
    ("小米", Category::Grain),
    ("糯米", Category::Grain),
    ("贡米", Category::Grain),
    ("面粉", Category::Grain),
    ("玉米", Category::Grain),
    ("荞麦", Category::Grain),
    ("燕麦", Category::Grain),
    ("藜麦", Category::Grain),
    ("青稞", Category::Grain),
    ("黄豆", Category::Grain),
    ("红豆", Category::Grain),
    ("绿豆", Category::Grain),
    ("杂粮", Category::Grain),
    ("茶油", Category::Grain),
    ("山茶油", Category::Grain),
    ("菜籽油", Category::Grain),
    ("花生油", Category::Grain),
    ("核桃油", Category::Grain),
    ("食用油", Category::Grain),
    ("花生", Category::Grain),
    // Vegetables and mushrooms.
    ("白菜", Category::Vegetables),
    ("菜心", Category::Vegetables),
    ("萝卜", Category::Vegetables),
    ("土豆", Category::Vegetables),
    ("马铃薯", Category::Vegetables),
    ("洋芋", Category::Vegetables),
    ("红薯", Category::Vegetables),
    ("番薯", Category::Vegetables),
    ("山药", Category::Vegetables),
    ("辣椒", Category::Vegetables),
    ("番茄", Category::Vegetables),
    ("西红柿", Category::Vegetables),
    ("黄瓜", Category::Vegetables),
    ("南瓜", Category::Vegetables),
    ("芥菜", Category::Vegetables),
    ("大蒜", Category::Vegetables),
    ("生姜", Category::Vegetables),
    ("竹笋", Category::Vegetables),
    ("香菇", Category::Vegetables),
    ("木耳", Category::Vegetables),
    ("羊肚菌", Category::Vegetables),
    ("竹荪", Category::Vegetables),
    ("菌", Category::Vegetables),
    ("菇", Category::Vegetables),
    // Fruit.
    ("苹果", Category::Fruit),
    ("丑苹果", Category::Fruit),
    ("梨", Category::Fruit),
    ("桃", Category::Fruit),
    ("橙", Category::Fruit),
    ("脐橙", Category::Fruit),
    ("柑", Category::Fruit),
    ("柚", Category::Fruit),
    ("金桔", Category::Fruit),
    ("桔", Category::Fruit),
    ("橘", Category::Fruit),
    ("柠檬", Category::Fruit),
    ("葡萄", Category::Fruit),
    ("芒果", Category::Fruit),
    ("香蕉", Category::Fruit),
    ("火龙果", Category::Fruit),
    ("百香果", Category::Fruit),
    ("猕猴桃", Category::Fruit),
    ("荔枝", Category::Fruit),
    ("龙眼", Category::Fruit),
    ("沃柑", Category::Fruit),
    ("刺梨", Category::Fruit),
    ("李子", Category::Fruit),
    ("西瓜", Category::Fruit),
    ("哈密瓜", Category::Fruit),
    ("樱桃", Category::Fruit),
    ("石榴", Category::Fruit),
    // Meat, poultry, eggs.
    ("猪", Category::Meat),
    ("猪肉", Category::Meat),
    ("牛", Category::Meat),
    ("牛肉", Category::Meat),
    ("羊", Category::Meat),
    ("羊肉", Category::Meat),
    ("滩羊", Category::Meat),
    ("鸡", Category::Meat),
    ("清远鸡", Category::Meat),
    ("鸭", Category::Meat),
    ("鹅", Category::Meat),
    ("兔", Category::Meat),
    ("鸡蛋", Category::Meat),
    ("鸭蛋", Category::Meat),
    ("蛋", Category::Meat),
    // Aquatic.
    ("鱼", Category::Aquatic),
    ("虾", Category::Aquatic),
    ("蟹", Category::Aquatic),
    ("贝", Category::Aquatic),
    ("海参", Category::Aquatic),
    // Tea.
    ("茶", Category::Tea),
    ("苦荞茶", Category::Tea),
    ("绿茶", Category::Tea),
    ("红茶", Category::Tea),
    ("普洱", Category::Tea),
    ("毛尖", Category::Tea),
    // Dried goods, honey, herbs.
    ("蜂蜜", Category::Dried),
    ("蜜", Category::Dried),
    ("枸杞", Category::Dried),
    ("核桃", Category::Dried),
    ("红枣", Category::Dried),
    ("板栗", Category::Dried),
    ("花椒", Category::Dried),
    ("天麻", Category::Dried),
    ("三七", Category::Dried),
    ("当归", Category::Dried),
    ("党参", Category::Dried),
    ("黄芪", Category::Dried),
    ("陈皮", Category::Dried),
    ("菊花", Category::Dried),
    ("银耳", Category::Dried),
    ("干香菇", Category::Dried),
    ("笋干", Category::Dried),
    ("果干", Category::Dried),
    ("苹果干", Category::Dried),
    ("桂圆干", Category::Dried),
    ("葡萄干", Category::Dried),
    ("芒果干", Category::Dried),
    // Processed food and drink.
    ("金桔膏", Category::Processed),
    ("膏", Category::Processed),
    ("酱", Category::Processed),
    ("辣椒酱", Category::Processed),
    ("酒", Category::Processed),
    ("醋", Category::Processed),
    ("果汁", Category::Processed),
    ("饮料", Category::Processed),
    ("刺梨汁", Category::Processed),
    ("刺梨原液", Category::Processed),
    ("刺柠吉", Category::Processed),
    ("饼干", Category::Processed),
    ("糕", Category::Processed),
    ("面条", Category::Processed),
    ("挂面", Category::Processed),
    ("米粉", Category::Processed),
    ("螺蛳粉", Category::Processed),
    ("粉条", Category::Processed),
    ("粉丝", Category::Processed),
    ("腊肉", Category::Processed),
    ("腊肠", Category::Processed),
    ("牛肉干", Category::Processed),
    ("火腿", Category::Processed),
    ("豆腐", Category::Processed),
    ("腐竹", Category::Processed),
    ("红糖", Category::Processed),
    ("罐头", Category::Processed),
    ("牛奶", Category::Processed),
    ("礼盒", Category::Processed),
];

/// The category of a text: a category's own name, a product, or nothing known ([`Category::Other`]).
pub fn recognise(text: &str) -> Category {
    let folded = fold_text(text);
    if let Some(category) = Category::from_word(&folded) {
        return category;
    }
    WORDS
        .iter()
        .filter_map(|(word, category)| folded.rfind(word).map(|at| (word.len(), at + word.len(), *category)))
        .max_by_key(|(length, end, _)| (*length, *end))
        .map_or(Category::Other, |(_, _, category)| category)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_find_their_category() {
        for (name, category) in [
            ("昭通丑苹果 10斤装", Category::Fruit),
            ("融安金桔膏", Category::Processed),
            ("融安金桔", Category::Fruit),
            ("苦荞茶", Category::Tea),
            ("山茶油 5L", Category::Grain),
            ("红薯粉条", Category::Processed),
            ("清远鸡", Category::Meat),
            ("盐池滩羊肉", Category::Meat),
            ("干香菇", Category::Dried),
            ("香菇", Category::Vegetables),
            ("小龙虾", Category::Aquatic),
            ("水果", Category::Fruit),
            ("processed", Category::Processed),
            ("手工布鞋", Category::Other),
        ] {
            assert_eq!(recognise(name), category, "{name}");
        }
    }
}
