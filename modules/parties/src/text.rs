//! Characters: width, traditional forms, signs.

use std::sync::LazyLock;

/// Common traditional characters of company, place and product names, each followed by its simplified form.
const PAIRS: &str = "額额數数單单價价產产貨货訂订購购銷销縣县區区類类別别號号編编碼码稱称聯联繫系電电話话農农業业專专館馆\
廣广東东貴贵雲云鄉乡鎮镇買买賣卖總总計计時时間间開开關关實实際际種种規规應应備备註注發发票票稅税運运費费項项營营銀银賬账戶户處处\
員员務务會会個个兩两萬万億亿錢钱條条無无與与為为點点門门場场齊齐興兴陽阳龍龙鳳凤華华國国慶庆漢汉靈灵韓韩劉刘張张陳陈楊杨趙赵吳吴\
黃黄孫孙羅罗鄭郑謝谢許许鄧邓馮冯葉叶蘇苏盧卢蔣蒋賈贾閻阎鍾钟譚谭陸陆範范麗丽寶宝順顺達达豐丰瀾澜養养殖殖種种莊庄園园藝艺術术\
飲饮食食糧粮麵面雞鸡鴨鸭鵝鹅魚鱼豬猪馬马羊羊牛牛蝦虾貝贝蓮莲蘋苹橘橘檸柠瑤瑶長长壩坝壯壮寧宁濟济瀋沈鹽盐鐵铁橋桥嶺岭灣湾島岛\
濱滨漁渔獨独緣缘綠绿紅红藍蓝黑黑銅铜錦锦鑫鑫優优質质選选購购網网絡络訊讯儲储倉仓冷冷鏈链車车輸输轉转設设備备機机構构團团隊队\
學学醫医藥药衛卫療疗廳厅辦办協协態态環环優优惠惠樂乐愛爱親亲鮮鲜滿满遠远達达進进連连還还邊边鄰邻穀谷樹树棗枣棟栋樓楼樣样歡欢\
歲岁氣气湯汤溫温濃浓煙烟熱热燈灯獎奖瓊琼畝亩療疗監监盤盘礦矿禮礼穩稳筍笋節节簡简紙纸紡纺級级終终組组結结給给統统絲丝經经綜综\
維维緊紧線线練练縱纵織织罐罐習习聖圣聰聪職职肅肃腸肠膠胶臘腊臨临舊旧艙舱薑姜蟲虫術术補补裝装複复見见視视覺觉觀观訓训記记診诊\
詞词試试詩诗話话該该詳详認认語语誠诚說说調调請请論论謙谦證证識识護护讓让豬猪財财貢贡貧贫責责資资賓宾賴赖贊赞賽赛贏赢躍跃軍军\
輝辉輪轮農农遷迁鄲郸釀酿針针鈞钧鋼钢錄录鎖锁鏡镜閣阁閩闽陰阴隴陇隨随險险離离難难霧雾靜静響响頂顶頭头題题願愿顏颜顧顾風风飛飞飯饭\
餅饼餐餐館馆駐驻驗验體体鬆松鬱郁鯉鲤鴻鸿鵬鹏鶴鹤鹿鹿麥麦點点黨党";

static SORTED: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let chars: Vec<char> = PAIRS.chars().collect();
    let mut pairs: Vec<(char, char)> = chars
        .chunks_exact(2)
        .filter_map(|pair| Some((*pair.first()?, *pair.last()?)))
        .filter(|(from, to)| from != to)
        .collect();
    pairs.sort_unstable();
    pairs.dedup_by_key(|pair| pair.0);
    pairs
});

/// The simplified form (简体) of a common traditional character, else the character itself.
pub fn simplify(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    let found = SORTED.binary_search_by_key(&c, |pair| pair.0).ok();
    found.and_then(|index| SORTED.get(index)).map_or(c, |pair| pair.1)
}

/// Half width, lower case, simplified; brackets of every kind as `(` and `)`; white space, invisible marks and
/// punctuation dropped. A dash stays between two digits, where it tells numbers apart.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut dash = false;
    for c in text.chars() {
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '【' | '〔' | '「' | '『' | '〖' | '﹙' | '⟨' | '[' | '{' | '〈' | '《' => '(',
            '】' | '〕' | '」' | '』' | '〗' | '﹚' | '⟩' | ']' | '}' | '〉' | '》' => ')',
            '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹣' | '_' => '-',
            _ => c,
        };
        let c = match c {
            '[' | '{' => '(',
            ']' | '}' => ')',
            '_' => '-',
            c => c,
        };
        if c == '-' {
            dash = out.ends_with(|last: char| last.is_ascii_digit());
        } else if c.is_alphanumeric() || matches!(c, '(' | ')') {
            if dash && c.is_ascii_digit() {
                out.push('-');
            }
            dash = false;
            out.extend(simplify(c).to_lowercase().map(simplify));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_made_of_pairs_and_leads_to_simplified_characters() {
        assert_eq!(PAIRS.chars().count() % 2, 0);
        for (from, to) in SORTED.iter() {
            assert_eq!(simplify(*to), *to, "{from} leads to {to}, which is not simplified");
        }
    }

    #[test]
    fn typing_makes_no_difference() {
        assert_eq!(plain(" 廣東省【深圳】ＡＢＣ 有限公司\u{200b}"), "广东省(深圳)abc有限公司");
        assert_eq!(plain("云·岭、合作社 3—12 号"), "云岭合作社3-12号");
    }
}
